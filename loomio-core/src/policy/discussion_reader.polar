# Readers of a thread: who may do what. One rule is one way to be allowed.

discussion_reader("update", f) if f.own = true;
discussion_reader("redeem", f) if f.redeemable = true;
discussion_reader("make_admin", f) if f.discussion_admin = true;
discussion_reader("remove_admin", f) if f.discussion_admin = true;
discussion_reader("resend", f) if f.discussion_admin = true;
discussion_reader("remove", f) if f.guest = true and f.discussion_admin = true;

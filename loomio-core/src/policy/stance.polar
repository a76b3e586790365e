# Votes: who may do what. One rule is one way to be allowed.

stance("show", f) if f.poll_visible = true;
stance("update", f) if f.votes_in = true and f.own = true and f.latest = true;
stance("uncast", f) if f.votes_in = true and f.own = true and f.latest = true and f.cast = true;
stance("create", f) if f.votes_in = true;
stance("redeem", f) if f.redeemable = true;
stance("make_admin", f) if f.poll_admin = true;
stance("remove_admin", f) if f.poll_admin = true;
stance("resend", f) if f.poll_admin = true;
stance("remove", f) if f.poll_admin = true;

# Memberships: who may do what. One rule is one way to be allowed.

membership("show", f) if f.own = true;
membership("show", f) if f.admin = true;
membership("show", f) if f.inviter = true;
membership("update", f) if f.own = true;
membership("update", f) if f.admin = true;
membership("make_admin", f) if f.admin = true;
membership("make_admin", f) if f.member = true and f.own = true and f.group_has_admins = false;
membership("make_admin", f) if f.parent_admin = true and f.own = true;
membership("make_delegate", f) if f.admin = true;
membership("remove_delegate", f) if f.admin = true;
membership("resend", f) if f.accepted = false and f.admin = true;
membership("remove_admin", f) if f.site_admin = true;
membership("revoke", f) if f.site_admin = true;
membership("destroy", f) if f.site_admin = true;
membership("remove_admin", f) if f.own = true;
membership("revoke", f) if f.own = true;
membership("destroy", f) if f.own = true;
membership("remove_admin", f) if f.admin = true;
membership("revoke", f) if f.admin = true;
membership("destroy", f) if f.admin = true;
membership("remove_admin", f) if f.inviter = true and f.accepted = false;
membership("revoke", f) if f.inviter = true and f.accepted = false;
membership("destroy", f) if f.inviter = true and f.accepted = false;

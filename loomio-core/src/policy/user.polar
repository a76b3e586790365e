# People: who may do what. One rule is one way to be allowed.

user("show", f) if f.logged_in = true and f.deactivated = false;
user("update", f) if f.own = true;
user("see_notifications_for", f) if f.own = true;
user("subscribe_to", f) if f.own = true;
user("deactivate", f) if f.own = true and f.deactivated = false;
user("deactivate", f) if f.site_admin = true and f.deactivated = false;
user("redact", f) if f.own = true and f.has_email = true;
user("redact", f) if f.site_admin = true and f.has_email = true;
user("contact", f) if f.acquainted = true;

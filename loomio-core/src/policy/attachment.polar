# Attachments: who may do what. One rule is one way to be allowed.

attachment("show", f) if f.group_member = true;
attachment("destroy", f) if f.group_admin = true;

# Tags: who may do what. One rule is one way to be allowed.

tag("create", f) if f.org_admin = true;
tag("update", f) if f.org_admin = true;
tag("destroy", f) if f.org_admin = true;
tag("show", f) if f.group_visible = true;

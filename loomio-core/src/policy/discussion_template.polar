# Templates of threads: who may do what. One rule is one way to be allowed.

discussion_template("create", f) if f.group_admin = true;
discussion_template("update", f) if f.group_admin = true;

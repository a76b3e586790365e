# Templates of polls: who may do what. One rule is one way to be allowed.

poll_template("create", f) if f.group_admin = true;
poll_template("update", f) if f.group_admin = true;

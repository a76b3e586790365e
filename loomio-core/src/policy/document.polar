# Documents: who may do what. One rule is one way to be allowed.

document("create", f) if f.has_model = true and f.updates_model = true;
document("update", f) if f.has_model = true and f.updates_model = true;
document("create", f) if f.has_model = false and f.verified = true;
document("update", f) if f.has_model = false and f.verified = true;
document("destroy", f) if f.has_model = true and f.group_admin = true;

# Outcomes: who may do what. One rule is one way to be allowed.

outcome("show", f) if f.poll_visible = true;
outcome("create", f) if f.poll_active = false and f.admin = true;
outcome("update", f) if f.poll_active = false and f.admin = true;
outcome("create", f) if f.poll_active = false and f.members_can_edit_discussions = true and f.member = true;
outcome("update", f) if f.poll_active = false and f.members_can_edit_discussions = true and f.member = true;
outcome("announce", f) if f.poll_active = false and f.announces = true;
outcome("add_members", f) if f.poll_active = false and f.adds_members = true;
outcome("add_guests", f) if f.poll_active = false and f.adds_guests = true;

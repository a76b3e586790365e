# Requests for membership: who may do what. One rule is one way to be allowed.

membership_request("create", f) if f.group_visible = true and f.granted_upon_approval = true;
membership_request("cancel", f) if f.own = true;
membership_request("show", f) if f.admin = true;
membership_request("approve", f) if f.admin = true;
membership_request("ignore", f) if f.admin = true;
membership_request("show", f) if f.member = true and f.members_can_add_members = true;
membership_request("approve", f) if f.member = true and f.members_can_add_members = true;
membership_request("ignore", f) if f.member = true and f.members_can_add_members = true;

# Received mails: who may do what. One rule is one way to be allowed.

received_email("show", f) if f.group_admin = true;

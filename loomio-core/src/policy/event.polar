# Events: who may do what. One rule is one way to be allowed.

event("pin", f) if f.in_discussion = true and f.updates_discussion = true;
event("unpin", f) if f.in_discussion = true and f.updates_discussion = true;

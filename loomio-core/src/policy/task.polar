# Tasks: who may do what. One rule is one way to be allowed.

task("update", f) if f.author = true;
task("update", f) if f.assigned = true;
task("update", f) if f.updates_record = true;

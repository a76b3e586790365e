# Reactions: who may do what. One rule is one way to be allowed.

reaction("show", f) if f.reactable_visible = true;
reaction("update", f) if f.logged_in = true and f.reactable_visible = true;
reaction("destroy", f) if f.logged_in = true and f.own = true;

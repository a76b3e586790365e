# Identities at other sites: who may do what. One rule is one way to be allowed.

identity("show", f) if f.own = true;
identity("destroy", f) if f.own = true;

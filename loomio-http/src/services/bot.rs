//! What programs do with a key: the b2 and b3 APIs.

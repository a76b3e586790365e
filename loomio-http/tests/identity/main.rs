//! Signing in by an identity at another site, against a small site of that kind on a
//! port of this machine. The attacks are those to which the original is open.

mod attacks;
mod elsewhere;
mod first_time;
#[cfg(feature = "saml")]
mod idp;
#[cfg(feature = "saml")]
mod saml;
mod signing_in;
mod world;

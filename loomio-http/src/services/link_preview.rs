//! Previews of links.

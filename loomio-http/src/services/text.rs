//! Saving rich text: what is done with every text before it is stored.

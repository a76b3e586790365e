//! Messages to the people of the site.

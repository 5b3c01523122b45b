//! CaaS.

//! Hydrates the islands.
use caas_app as _;

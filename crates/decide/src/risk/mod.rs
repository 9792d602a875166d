//! Risk: one file per signal, what they come to, the register of risks, the urgency of the whole.

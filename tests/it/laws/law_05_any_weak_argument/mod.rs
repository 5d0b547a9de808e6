//! Law 5: any weak argument's death ends the entry, and leaves nothing on the survivors.

mod each_death;
mod every_mix;

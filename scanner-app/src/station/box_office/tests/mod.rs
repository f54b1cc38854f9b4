mod adds_up;
mod collect;
mod exchange;
mod guest;
mod money;
mod paper_till;
mod places;
mod shift;

mod adds_up;
mod guest;
mod money;
mod paper_till;
mod places;
mod shift;

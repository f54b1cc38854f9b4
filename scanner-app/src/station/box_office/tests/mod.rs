mod adds_up;
mod exchange;
mod guest;
mod money;
mod paper_till;
mod places;
mod shift;

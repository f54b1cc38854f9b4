mod adds_up;
mod money;
mod paper_till;
mod places;
mod shift;

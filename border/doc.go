// Package border is the domain of a border crossing point: a scan becomes an inspection, the checks of an inspection give
// findings, an officer decides, and the decision is recorded as one fact. It owns the interfaces Check and Store. It must never
// know how a fact is stored, sent or shown, and never wait for anything remote before an officer can decide.
package border

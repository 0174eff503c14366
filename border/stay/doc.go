// Package stay says how long somebody may stay, and how long he has stayed too long. It computes from the entries and exits of a
// person in the order of their event times, so the order in which they became known changes nothing, and explains every day it counts.
//
// It must never close a stay by guessing: what is missing or contradicts itself is kept, flagged and given as bounds.
package stay

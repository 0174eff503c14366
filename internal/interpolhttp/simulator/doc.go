// Package simulator is a service of the INTERPOL kind for demonstrations, exercises and tests: it answers by the protocol of interpolhttp from
// data that it makes up from a seed, with as much delay and as many failures as it is told to have. It must never pass for the real thing: every
// answer, filter and page of it says that it is a simulator, and no record of it is about anybody.
package simulator

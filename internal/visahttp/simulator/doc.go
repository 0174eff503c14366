// Package simulator is an e-visa platform for demonstrations, exercises and tests: it answers by the contract of visahttp from visas that it is
// given or makes up from a seed, with as much delay and as many failures as it is told to have. It must never pass for the real thing: every
// answer and page says that it is a simulator, and no visa of it is anybody's.
package simulator

// Package enrolment keeps the centre's list of stations, the one-time tokens that let a new machine in, and the certificates that
// were given.
//
// It exists so that a machine becomes a station once, by somebody's decision, and can be shut out again singly. It must never keep a
// token's secret, never let a token work for two machines, and never sign without its audit entry in the same transaction.
package enrolment

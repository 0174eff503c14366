// Package accounts keeps users, sessions and failed sign-ins in PostgreSQL, as the Store of internal/auth.
//
// It exists so that a sign-in, a lock or a disabled account is one transaction with its audit entry. It must never decide:
// what a session is worth and when an attempt has to wait is the business of internal/auth.
package accounts

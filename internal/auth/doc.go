// Package auth says who may do what: roles and permissions, passwords and
// PINs, the life of a session, the brake on guessing.
//
// It exists so that these rules stand in one place that can be read in a
// sitting and tested without a database or a browser. It must never import
// either, never hold a secret longer than the call that needs it, and never
// write a password, a PIN, a token or a typed login name to a log or an error.
package auth

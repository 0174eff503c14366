// Package webtest gives tests of screens a real site (database, accounts, sessions, TLS) and the matrix of routes, roles and
// session states that each program keeps as a golden file. It must never be imported by a program.
package webtest

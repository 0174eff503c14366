// Package names reads names of every script into the tokens that are compared: what may be the same name in a passport's zone, on a
// list and in another alphabet comes out alike. It knows no list and no score. It must never drop a part of a name without saying so,
// and it holds no rule for one name of one list.
package names

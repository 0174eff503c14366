// Package readerview draws the page of a crossing point's document readers: which devices there are, and what they read that nobody
// could take. It must never show a token twice.
package readerview

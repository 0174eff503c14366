// Package counterview draws the officer's screen at a counter: one screen, no scrolling, usable by keyboard alone. It takes domain
// values and decides nothing; it must never show restricted evidence that the screen was not given.
package counterview

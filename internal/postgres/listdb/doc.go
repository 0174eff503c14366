// Package listdb keeps the lists of alerts at the centre: every version of every alert, what was proposed, who approved it, and what was
// published. It exists so that no single person puts anybody on a list, and so that what a list said on a day can be said again. It must
// never publish a discreet alert, nor show, count or move anything for one before people who are not its owner's.
package listdb

// Package screening is the centre's second look at everybody who was seen at a border: every event that arrives is held against all
// alerts, and every new or changed alert against those who have crossed. What comes of it is a hit that was raised afterwards.
//
// It must never let an event or an alert go unscreened because the program stopped, never raise the same hit twice, and never let anybody
// but its owner learn of a discreet alert: not by a count, a log line or a place in a queue.
package screening

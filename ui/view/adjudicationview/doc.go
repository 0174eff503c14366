// Package adjudicationview draws the second line's tasks about prints: the queue, a task with both persons and their prints side by side, the
// search of a file by a fingerprint, and what is enrolled of a person. It must never say by itself that two people are one or are not, and
// never tell a state by colour alone.
package adjudicationview

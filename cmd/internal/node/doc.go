// Package node is what the station's and the centre's programs have in common: their log, secrets, sign-in, audit sequencer, https
// and health listeners, and the order in which they stop. It holds no rule of the border.
package node

// Package arrival takes what document readers send to a station to the lane that they stand in. It exists so that the officer of the lane
// has the reading on his screen without a key, and so that nothing is lost when he is not there or nothing can be read: such a reading is
// kept until somebody takes it or puts it aside.
//
// It must never open a reading in the name of somebody who does not sit in the lane, and never drop one.
package arrival

// Package simulate lets synthetic travellers cross: it draws people from a fixed town, sends them to a lane at the rate of the
// hour, and acts as the officer there, over HTTPS, as a browser would. It must never touch a database or take a short cut that
// an officer does not have, and it never claims to be one: it works in a lane and an account that are named after it.
package simulate

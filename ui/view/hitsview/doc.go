// Package hitsview draws the hits of a crossing point: the queue, and a hit with the traveller and the alert side by side. It must never
// show why somebody is listed to a role that may not know it, and never tell a state by colour alone.
package hitsview

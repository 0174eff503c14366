// Package passview holds the pages of the register of border passes.
package passview

// Package bench holds the benchmarks of the whole: real programs as processes of their own, real databases that sync to disk, real
// HTTPS and NATS with TLS, a real browser. It exists so that every figure the project gives can be measured again by `make bench`.
// It holds no code that a program uses, and no figure in it is computed from anything but a clock.
package bench

// Package filelock keeps programs that share a folder from making the same thing in it at once: what is made on the first opening is made by one of
// them. It must never hold a lock longer than the act it was taken for, nor leave one behind when a program dies.
package filelock

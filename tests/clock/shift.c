/* Shifts the wall clock of one process by ENTREPOT_CLOCK_SHIFT seconds; for tests, by LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
  static int (*real)(clockid_t, struct timespec *);
  static long shift;
  if (!real) {
    const char *seconds = getenv("ENTREPOT_CLOCK_SHIFT");
    shift = seconds ? atol(seconds) : 0;
    real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  }
  int answer = real(clock, time);
  if (answer == 0 && clock == CLOCK_REALTIME) time->tv_sec += shift;
  return answer;
}

/* Threads that come and go: waves of 64, half of which make messages and half of which take them
 * apart, over queues with a lock each. Whatever a thread leaves in its queue the next wave frees.
 * Ends with the sum of all messages, the same each time. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAIRS = 32, WAVES = 12, MESSAGES = 3000 };

struct message {
    struct message *next;
    size_t size;
    unsigned char text[];
};

static struct queue {
    pthread_mutex_t lock;
    struct message *first;
    uint64_t taken, bytes;
} queue[PAIRS];

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void *produce(void *own) {
    uint64_t state = (uintptr_t)own + 1;
    for (int i = 0; i < MESSAGES; i++) {
        struct queue *q = &queue[next_random(&state) % PAIRS];
        size_t size = next_random(&state) % (i % 100 == 0 ? 100000 : 600);
        struct message *m = malloc(sizeof *m + size);
        if (i % 7 == 0) {
            m = realloc(m, sizeof *m + 2 * size);
        }
        m->size = size;
        memset(m->text, (int)size, size);
        pthread_mutex_lock(&q->lock);
        m->next = q->first;
        q->first = m;
        pthread_mutex_unlock(&q->lock);
    }
    return NULL;
}

static void take(struct queue *q, struct message *m) {
    for (size_t i = 0; i < m->size; i++) {
        if (m->text[i] != (unsigned char)m->size) {
            printf("a message has changed\n");
            exit(1);
        }
    }
    q->taken++;
    q->bytes += m->size;
    free(m);
}

static void *consume(void *own) {
    struct queue *q = own;
    for (int i = 0; i < MESSAGES / 2; i++) {
        pthread_mutex_lock(&q->lock);
        struct message *m = q->first;
        q->first = m != NULL ? m->next : NULL;
        if (m != NULL) {
            take(q, m);
        }
        pthread_mutex_unlock(&q->lock);
        free(calloc(1, (size_t)i));
    }
    return NULL;
}

int main(void) {
    for (int i = 0; i < PAIRS; i++) {
        pthread_mutex_init(&queue[i].lock, NULL);
    }
    for (uintptr_t wave = 0; wave < WAVES; wave++) {
        pthread_t thread[2 * PAIRS];
        for (uintptr_t i = 0; i < PAIRS; i++) {
            pthread_create(&thread[2 * i], NULL, produce, (void *)(wave * PAIRS + i));
            pthread_create(&thread[2 * i + 1], NULL, consume, &queue[i]);
        }
        for (int i = 0; i < 2 * PAIRS; i++) {
            pthread_join(thread[i], NULL);
        }
    }
    uint64_t taken = 0, bytes = 0;
    for (int i = 0; i < PAIRS; i++) {
        while (queue[i].first != NULL) {
            struct message *m = queue[i].first;
            queue[i].first = m->next;
            take(&queue[i], m);
        }
        taken += queue[i].taken;
        bytes += queue[i].bytes;
    }
    printf("%llu messages of %llu bytes\n", (unsigned long long)taken, (unsigned long long)bytes);
    return 0;
}

/* step_1_columns */ SELECT CAST(`patient_id` AS BIGINT) AS `patient_id`, CAST(`born` AS DATE) AS `born`, CAST(`score` AS BIGINT) AS `score`
FROM (SELECT `rows`.`patient_id`, `rows`.`born`, `rows`.`score` 
FROM `patients` AS `rows` 
WHERE `rows`.`patient_id` IS NOT NULL);

/* step_2_population */ SELECT CAST(`patient_id` AS BIGINT) AS `patient_id`
FROM (SELECT `patient_id` 
FROM (SELECT `everyone`.`patient_id` AS `patient_id`, `step_1_columns`.`born` AS `x1` 
FROM (SELECT `mentioned`.`patient_id` AS `patient_id` 
FROM (SELECT `step_1_columns`.`patient_id` AS `patient_id` 
FROM `step_1_columns` 
WHERE `step_1_columns`.`patient_id` IS NOT NULL) AS `mentioned`) AS `everyone` LEFT OUTER JOIN `step_1_columns` AS `step_1_columns` ON `step_1_columns`.`patient_id` = `everyone`.`patient_id`) AS `layer_0` 
WHERE (NOT (`x1` IS NULL)));

-- $1 = 1
SELECT `patient_id`, CAST(CASE WHEN (least(date_add(add_months(trunc(`x1`, 'MONTH'), TRY_CAST(CAST($1 AS BIGINT) AS INTEGER)), TRY_CAST(EXTRACT(day FROM `x1`) - 1 AS INTEGER)), add_months(trunc(`x1`, 'MONTH'), TRY_CAST(CAST($1 AS BIGINT) + 1 AS INTEGER))) BETWEEN DATE'0001-01-01' AND DATE'9999-12-31') THEN least(date_add(add_months(trunc(`x1`, 'MONTH'), TRY_CAST(CAST($1 AS BIGINT) AS INTEGER)), TRY_CAST(EXTRACT(day FROM `x1`) - 1 AS INTEGER)), add_months(trunc(`x1`, 'MONTH'), TRY_CAST(CAST($1 AS BIGINT) + 1 AS INTEGER))) END AS DATE) AS `month`, CAST(CASE WHEN (least(date_add(add_months(trunc(`x1`, 'MONTH'), TRY_CAST(CASE WHEN (`x2` BETWEEN -10000 AND 10000) THEN `x2` END * 12 AS INTEGER)), TRY_CAST(EXTRACT(day FROM `x1`) - 1 AS INTEGER)), add_months(trunc(`x1`, 'MONTH'), TRY_CAST(CASE WHEN (`x2` BETWEEN -10000 AND 10000) THEN `x2` END * 12 + 1 AS INTEGER))) BETWEEN DATE'0001-01-01' AND DATE'9999-12-31') THEN least(date_add(add_months(trunc(`x1`, 'MONTH'), TRY_CAST(CASE WHEN (`x2` BETWEEN -10000 AND 10000) THEN `x2` END * 12 AS INTEGER)), TRY_CAST(EXTRACT(day FROM `x1`) - 1 AS INTEGER)), add_months(trunc(`x1`, 'MONTH'), TRY_CAST(CASE WHEN (`x2` BETWEEN -10000 AND 10000) THEN `x2` END * 12 + 1 AS INTEGER))) END AS DATE) AS `years` 
FROM (SELECT `population`.`patient_id` AS `patient_id`, `step_1_columns`.`born` AS `x1`, `step_1_columns`.`score` AS `x2` 
FROM `step_2_population` AS `population` LEFT OUTER JOIN `step_1_columns` AS `step_1_columns` ON `step_1_columns`.`patient_id` = `population`.`patient_id`) AS `layer_0` ORDER BY `patient_id` ASC NULLS FIRST;
